// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import cn.dev33.satoken.interceptor.SaInterceptor;
import cn.dev33.satoken.stp.StpUtil;
import java.io.IOException;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** No JWT and no Spring Security, but Sa-Token with an opaque token in Redis. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(HelloController.class)
public class SaTokenApplication {

    /** Starts the application. */
    public static void main(String[] args) throws IOException {
        VariantApplication.run(SaTokenApplication.class, args);
    }

    @Bean
    WebMvcConfigurer check() {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new SaInterceptor(handler -> StpUtil.checkLogin()))
                        .addPathPatterns("/hello");
            }
        };
    }

    @Bean
    Login login() {
        return (user, request) -> {
            StpUtil.login(user);
            return StpUtil.getTokenName() + ": " + StpUtil.getTokenValue();
        };
    }
}
